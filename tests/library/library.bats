# Circuits of circuits/ between two processes, and their programs in other sizes than the built ones.

load ../cli/common.bash

LIMIT=120 # compiling takes longer than most tools

# local NAME ARGUMENT...: the value or values that come out.
local_run() {
    try gc-run local "$GC_CIRCUITS_DIR/$1.txt" "${@:2}"
    expect 0
}

# compiled SOURCE OPTION... -- ARGUMENT...: compiles here, and evaluates in the clear.
compiled() {
    local source=$1 options=()
    shift
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    try gc-cc -w "$SRCDIR/circuits/$source.c" "${options[@]}" -o own.txt
    expect 0
    try gc-run clear own.txt -q "${@:2}"
    expect 0
}

@test "lists are sorted between two processes" {
    local_run sort -i a=9,2,30,4,0xffffffff,6,0,8 -i b=1,31,3,2,5,33,7,2 -q
    [ "$output" = "0,1,2,2,2,3,4,5,6,7,8,9,30,31,33,4294967295" ]
}

@test "sets are intersected between two processes" {
    a=$(seq -s, 3 3 96)
    b=$(seq -s, 5 5 160)
    local_run psi -i "a=$a" -i "b=$b" -q
    [ "$output" = "15,30,45,60,75,90$(printf ',0%.0s' {1..26})" ]
}

@test "an auction between two processes" {
    local_run auction -i a=10,70,30,40 -i b=50,60,20,70
    [ "$output" = $'winner = 1\nprice = 70' ]
    local_run auction -i a=10,0,30,40 -i b=50,60,20,5
    [ "$output" = $'winner = 5\nprice = 50' ]
}

@test "floats between two processes" {
    local_run float-div -i a=1 -i b=3 -q
    [ "$output" = 0.33333334 ]
    local_run double-sqrt -i x=2 -q
    [ "$output" = 1.4142135623730951 ]
    local_run float-sigmoid -i x=-1.5 -q
    [ "$output" = 0.18242553 ]
}

@test "HMAC-SHA256 of other sizes: RFC 4231, cases 1, 2 and 4" {
    tag() { [ "$output" = "hex:$1" ]; }
    compiled hmac-sha256 -DKEY_LEN=20 -DMESSAGE_LEN=8 -- --output-format hex \
        -i key=hex:0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b -i "message=text:Hi There"
    tag b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7
    compiled hmac-sha256 -DKEY_LEN=4 -DMESSAGE_LEN=28 -- --output-format hex \
        -i key=text:Jefe -i "message=text:what do ya want for nothing?"
    tag 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843
    compiled hmac-sha256 -DKEY_LEN=25 -DMESSAGE_LEN=50 -- --output-format hex \
        -i key=hex:0102030405060708090a0b0c0d0e0f10111213141516171819 \
        -i "message=hex:$(printf 'cd%.0s' {1..50})"
    tag 82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b
}

@test "SHA3-256 of 200 bytes, two blocks, of NIST's examples" {
    a3=hex:$(printf 'a3%.0s' {1..100})
    compiled sha3-256 -DLEFT_LEN=100 -DRIGHT_LEN=100 -- --output-format hex \
        -i "left=$a3" -i "right=$a3"
    [ "$output" = hex:79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787 ]
}

@test "AES-192 of FIPS 197, appendix C.2" {
    compiled aes -DKEY_BITS=192 -- --output-format hex \
        -i key=hex:000102030405060708090a0b0c0d0e0f1011121314151617 \
        -i block=hex:00112233445566778899aabbccddeeff
    [ "$output" = hex:dda97ca4864cdfe06eaf70a0ec0d7191 ]
}

@test "signed lists of other sizes" {
    compiled sort -DSIGNED -DBITS=16 -DCOUNT=2 -- -i a=-3,200 -i b=-32768,5
    [ "$output" = "-32768,-3,5,200" ]
    compiled max -DSIGNED -DBITS=8 -DCOUNT=1 -- -i a=-100 -i b=-99
    [ "$output" = -99 ]
    compiled median -DCOUNT=3 -DBITS=64 -- -i a=1,2,3 -i b=4,5,6
    [ "$output" = 3 ]
    compiled psi -DCOUNT=4 -DBITS=8 -- -i a=1,2,3,4 -i b=2,4,6,8
    [ "$output" = "2,4,0,0" ]
}
