# 1 "p.c"
int f(int a, ...) { goto end; end: __asm__("nop"); volatile int x = a; long double y = a;
  int z[a]; int *p = malloc(4); p = 0; a = *p; a = ({ b; }); while (a > b) a--; return q; }
