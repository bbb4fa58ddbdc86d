/*
 * Marks for the parameters of a function that gc-cc compiles to a circuit: whose input each one is,
 * and which are outputs. For every other compiler they mean nothing.
 */
#ifndef SOTTO_CIRCUIT_H
#define SOTTO_CIRCUIT_H

#ifdef __GC_CC__
#pragma gc marks
#else
#define GARBLER
#define EVALUATOR
#define OUTPUT
#endif

#endif
