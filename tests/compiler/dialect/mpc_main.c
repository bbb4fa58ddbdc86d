/* CBMC-GC: mpc_main among other functions, arrays, several outputs. */
#define N 8
int dist2d(int x, int y) { return x * x + y * y; }
int minimum(int a, int b) { return a < b ? a : b; }
void mpc_main() {
    int INPUT_A_points[2 * N];
    int INPUT_B_x, INPUT_B_y;
    int i, closest = 0x7fffffff;
    unsigned char found = 0;
    for (i = 0; i < N; i++) {
        int dx = INPUT_A_points[2 * i] - INPUT_B_x;
        int dy = INPUT_A_points[2 * i + 1] - INPUT_B_y;
        int d = dist2d(dx, dy);
        if (d < closest) found = (unsigned char)i;
        closest = minimum(closest, d);
    }
    int OUTPUT_closest = closest;
    unsigned char OUTPUT_index = found;
}
