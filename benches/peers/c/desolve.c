/* What deSolve calls, compiled by `R CMD SHLIB`: the workload's right-hand side with the infusion rate as one more state
   that events change. */
#include "model.h"

static double k[CONSTANTS + 1];
static long calls;

static void constants_from(void (*take)(int *, double *)) {
    int count = CONSTANTS;
    take(&count, k);
}

void initialise_w1(void (*take)(int *, double *)) { constants_from(take); }
void initialise_w2(void (*take)(int *, double *)) { constants_from(take); }

void derivatives_w1(int *n, double *t, double *x, double *dx, double *out, int *ip) {
    (void)t, (void)out, (void)ip;
    calls++;
    rhs_w1(k, x[*n - 1], x, dx);
    dx[*n - 1] = 0.0;
}

void derivatives_w2(int *n, double *t, double *x, double *dx, double *out, int *ip) {
    (void)t, (void)out, (void)ip;
    calls++;
    rhs_w2(k, x[*n - 1], x, dx);
    dx[*n - 1] = 0.0;
}

/* For `.C`: a subject's constants, and the right-hand sides so far. */
void constants_of(int *workload, double *p, double *into) { constants(*workload, p, into); }
void calls_so_far(double *into) { *into = (double)calls; }
