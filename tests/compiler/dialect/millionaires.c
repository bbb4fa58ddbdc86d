/* CBMC-GC: inputs and outputs are locals of the function, told by their names. */
void millionaires() {
    int INPUT_A_income;
    int INPUT_B_income;
    int OUTPUT_res = 0;
    if (INPUT_A_income > INPUT_B_income) OUTPUT_res = 1;
}
