/* Without sotto-circuit.h its words are names like any other; main and read are the program's. */
static int read(int OUTPUT)
{
    return OUTPUT + 1;
}
static int main(int OUTPUTS)
{
    return read(OUTPUTS) * 2;
}
int write(int EVALUATOR, int GARBLER)
{
    return main(EVALUATOR) - GARBLER;
}
