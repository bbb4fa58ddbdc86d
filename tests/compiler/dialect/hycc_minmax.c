/* HyCC: a local that is the output, arrays in structs, a helper with pointers. */
typedef struct { unsigned a[5]; } InputA;
typedef struct { unsigned b[5]; } InputB;
typedef struct { unsigned max, min; } Output;
void update(unsigned *max, unsigned *min, unsigned v)
{
    if (v > *max) *max = v;
    if (v < *min) *min = v;
}
Output mpc_main(InputA INPUT_A, InputB INPUT_B)
{
    Output result = {INPUT_A.a[0], INPUT_A.a[0]};
    for (unsigned i = 0; i < 5; i++) {
        update(&result.max, &result.min, INPUT_A.a[i]);
        update(&result.max, &result.min, INPUT_B.b[i]);
    }
    return result;
}
