/*
 * For each of the 48 affine classes of functions of five variables, a recipe for one member with as
 * few ANDs as any of them can have. mc_generate writes the table and proves it.
 */
#ifndef SOTTO_COMPILER_MC_CLASSES_H
#define SOTTO_COMPILER_MC_CLASSES_H

#include "compiler/affine_class.h"

extern const struct recipe mc_classes[N_CLASSES];

#endif
