/* CBMC-GC: outputs are what they are wherever the function ends. */
typedef struct { int key; int value; } entry;
void lookup()
{
    entry INPUT_A_table[4];
    int INPUT_B_key, OUTPUT_value = -1;
    int OUTPUT_steps = 0;
    for (int i = 0; i < 4; i++) {
        OUTPUT_steps++;
        if (INPUT_A_table[i].key == INPUT_B_key) {
            OUTPUT_value = INPUT_A_table[i].value;
            return;
        }
    }
    OUTPUT_steps = 0;
}
