struct s { int b; struct s a; };
static struct s g;
int f(int a, int b) { g = g; return g.a.a.b; }
