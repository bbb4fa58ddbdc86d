void mpc_main(void)
{
    int INPUT_A_x, INPUT_B_y[2];
    int OUTPUT_sum = INPUT_A_x, i;
    for (i = 0; i < 2; i++) OUTPUT_sum += INPUT_B_y[i] < INPUT_A_x ? 1 : INPUT_B_y[i];
}
