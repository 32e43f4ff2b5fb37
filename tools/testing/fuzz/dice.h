/* SPDX-License-Identifier: GPL-2.0 */
/* Chance that a seed repeats. */
#ifndef FUZZ_DICE_H
#define FUZZ_DICE_H

#include <stdbool.h>
#include <stdint.h>

/* splitmix64, by Sebastiano Vigna, is in the public domain */
extern uint64_t dice_state;

static inline uint64_t dice_bits(void)
{
	uint64_t z = dice_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* A number from 0 up to n - 1. */
static inline uint32_t dice(uint32_t n)
{
	return (dice_bits() >> 32) * n >> 32;
}

/* True so many times in sixteen. */
static inline bool dice_odds(unsigned int sixteenths)
{
	return dice(16) < sixteenths;
}

#endif
