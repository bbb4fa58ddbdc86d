# fish completion of gc-keygen; written by apps/completions/generate
complete -c gc-keygen -l output -s o -r -F -d 'write the new secret to FILE, which only you may read'
complete -c gc-keygen -l psk -d 'make a pre-shared key'
complete -c gc-keygen -l public -r -F -d 'print the public key of the identity in FILE'
complete -c gc-keygen -l help -s h -d 'print this and exit'
complete -c gc-keygen -l version -s V -d 'print the version and exit'
