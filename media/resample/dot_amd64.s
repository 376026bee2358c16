#include "textflag.h"

// func dot(x, h []float32) float32
TEXT ·dot(SB), NOSPLIT, $0-52
	MOVQ  x_base+0(FP), SI
	MOVQ  x_len+8(FP), CX
	MOVQ  h_base+24(FP), DI
	XORPS X0, X0
	XORPS X1, X1

eight:
	SUBQ   $8, CX
	JLT    four
	MOVUPS (SI), X2
	MOVUPS 16(SI), X3
	MOVUPS (DI), X4
	MOVUPS 16(DI), X5
	MULPS  X4, X2
	MULPS  X5, X3
	ADDPS  X2, X0
	ADDPS  X3, X1
	ADDQ   $32, SI
	ADDQ   $32, DI
	JMP    eight

four:
	ADDQ   $4, CX
	JLT    single
	MOVUPS (SI), X2
	MOVUPS (DI), X4
	MULPS  X4, X2
	ADDPS  X2, X0
	ADDQ   $16, SI
	ADDQ   $16, DI
	SUBQ   $4, CX

single:
	ADDQ  $4, CX
	JEQ   sum
	MOVSS (SI), X2
	MULSS (DI), X2
	ADDSS X2, X0
	ADDQ  $4, SI
	ADDQ  $4, DI
	SUBQ  $5, CX
	JMP   single

sum:
	ADDPS   X1, X0
	MOVHLPS X0, X1
	ADDPS   X1, X0
	MOVAPS  X0, X1
	SHUFPS  $0x55, X1, X1
	ADDSS   X1, X0
	MOVSS   X0, ret+48(FP)
	RET
