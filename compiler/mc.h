/*
 * Functions of up to six variables with few ANDs. Up to five variables, and for all of degree two,
 * with as few as there can be: by affine class and by Dickson's reduction of quadratic forms. Six
 * variables of higher degree: the best way of splitting by one form, f = f0 + l f1, which is not
 * always optimal.
 */
#ifndef SOTTO_COMPILER_MC_H
#define SOTTO_COMPILER_MC_H

#include "compiler/affine_class.h"
#include "compiler/arena.h"

/* Forgets older answers when it is full: they do not depend on what it remembers. */
struct mc;

struct mc *mc_new(struct arena *arena) __attribute__((returns_nonnull));

/** A recipe for the truth table. */
void mc_recipe(struct mc *mc, struct recipe *recipe, uint64_t table);

#endif
