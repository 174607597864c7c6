/* CVODE: right-hand side and Jacobian in C, dense linear algebra, outputs by its own interpolation, a restart where the
   infusion rate changes. Arguments: METHOD WORKLOAD SOLUTION SECONDS REPEATS; METHOD is bdf. Without arguments it prints
   its version. `benches/peers/compare/driver.py` says what is exchanged. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_config.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "model.h"

enum { CHECKED = 8 };

static int workload, parameters, subjects, times, doses, states;
static double *time_of, *parameter, *change_at, *rate_from;

typedef struct {
    double k[CONSTANTS];
    double rate;
} Now;

static int rhs(sunrealtype t, N_Vector x, N_Vector dx, void *data) {
    Now *now = data;
    (void)t;
    if (workload == 1)
        rhs_w1(now->k, now->rate, N_VGetArrayPointer(x), N_VGetArrayPointer(dx));
    else
        rhs_w2(now->k, now->rate, N_VGetArrayPointer(x), N_VGetArrayPointer(dx));
    return 0;
}

static int jacobian(sunrealtype t, N_Vector x, N_Vector fx, SUNMatrix J, void *data, N_Vector a, N_Vector b, N_Vector c) {
    Now *now = data;
    (void)t, (void)fx, (void)a, (void)b, (void)c;
    if (workload == 1)
        jacobian_w1(now->k, SUNDenseMatrix_Data(J), states);
    else
        jacobian_w2(now->k, N_VGetArrayPointer(x), SUNDenseMatrix_Data(J), states);
    return 0;
}

static double *read_numbers(FILE *file, int count) {
    double *numbers = malloc(sizeof(double) * (count > 0 ? count : 1));
    for (int i = 0; i < count; i++)
        if (!numbers || fscanf(file, "%lf", numbers + i) != 1) exit(2);
    return numbers;
}

static void read_workload(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%d %d %d %d %d", &workload, &parameters, &subjects, &times, &doses) != 5) exit(2);
    time_of = read_numbers(file, times);
    double *dose = read_numbers(file, 3 * doses);
    parameter = read_numbers(file, parameters * subjects);
    fclose(file);
    states = states_of(workload);
    change_at = malloc(sizeof(double) * (2 * doses + 1));
    rate_from = malloc(sizeof(double) * 2 * doses);
    for (int i = 0; i < doses; i++) {
        change_at[2 * i] = dose[3 * i];
        rate_from[2 * i] = dose[3 * i + 2];
        change_at[2 * i + 1] = dose[3 * i] + dose[3 * i + 1] / dose[3 * i + 2];
        rate_from[2 * i + 1] = 0.0;
    }
    change_at[2 * doses] = time_of[times - 1];
    free(dose);
}

/* Solves a subject into `table`; adds to the counts. */
static int solve(void *cvode, N_Vector x, Now *now, int who, double *table, long *calls, long *steps) {
    double *state = N_VGetArrayPointer(x), reached;
    int next = 1;
    constants(workload, parameter + (size_t)who * parameters, now->k);
    initial(workload, state);
    memcpy(table, state, sizeof(double) * states);
    for (int stretch = 0; stretch < 2 * doses; stretch++) {
        double end = change_at[stretch + 1];
        long more;
        now->rate = rate_from[stretch];
        if (CVodeReInit(cvode, change_at[stretch], x) || CVodeSetStopTime(cvode, end)) return 1;
        while (next < times && time_of[next] <= end) {
            if (CVode(cvode, time_of[next], x, &reached, CV_NORMAL) < 0) return 1;
            memcpy(table + (size_t)next * states, state, sizeof(double) * states);
            next++;
        }
        if (next < times && CVode(cvode, end, x, &reached, CV_NORMAL) < 0) return 1;
        CVodeGetNumRhsEvals(cvode, &more);
        *calls += more;
        CVodeGetNumSteps(cvode, &more);
        *steps += more;
    }
    return 0;
}

static double processor_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static int point(void *cvode, N_Vector x, Now *now, const char *solution, double seconds, int repeats, double *table) {
    long calls = 0, steps = 0;
    FILE *file = fopen(solution, "wb");
    double started = processor_seconds();
    for (int who = 0; who < CHECKED; who++) {
        if (solve(cvode, x, now, who, table, &calls, &steps)) return 1;
        if (!file || fwrite(table, sizeof(double) * states, times, file) != (size_t)times) return 1;
    }
    double each = (processor_seconds() - started) / CHECKED, best = INFINITY;
    fclose(file);
    int count = seconds / each > CHECKED ? (int)(seconds / each) : CHECKED;
    for (int repeat = 0; repeat < repeats; repeat++) {
        calls = steps = 0;
        started = processor_seconds();
        for (int i = 0; i < count; i++)
            if (solve(cvode, x, now, i % subjects, table, &calls, &steps)) return 1;
        double spent = processor_seconds() - started;
        if (spent < best) best = spent;
    }
    printf("{\"subjects\": %d, \"seconds\": %.9g, \"right_hand_sides\": %.6g, \"steps\": %.6g}\n", count, best,
           (double)calls / count, (double)steps / count);
    return 0;
}

int main(int count, char **arguments) {
    if (count != 6) {
        puts(SUNDIALS_VERSION);
        return 0;
    }
    read_workload(arguments[2]);
    SUNContext context;
#if SUNDIALS_VERSION_MAJOR >= 7
    if (SUNContext_Create(SUN_COMM_NULL, &context)) return 2;
#else
    if (SUNContext_Create(NULL, &context)) return 2;
#endif
    double *table = malloc(sizeof(double) * times * states), rtol, atol;
    N_Vector x = N_VNew_Serial(states, context);
    Now now = {{0}, 0.0};
    initial(workload, N_VGetArrayPointer(x));
    while (scanf("%lf %lf", &rtol, &atol) == 2) {
        void *cvode = CVodeCreate(CV_BDF, context);
        SUNMatrix J = SUNDenseMatrix(states, states, context);
        SUNLinearSolver linear = SUNLinSol_Dense(x, J, context);
        int failed = CVodeInit(cvode, rhs, 0.0, x) || CVodeSStolerances(cvode, rtol, atol) ||
                     CVodeSetUserData(cvode, &now) || CVodeSetMaxNumSteps(cvode, 1000000) ||
                     CVodeSetLinearSolver(cvode, linear, J) || CVodeSetJacFn(cvode, jacobian);
        if (failed || point(cvode, x, &now, arguments[3], atof(arguments[4]), atoi(arguments[5]), table))
            puts("{\"failed\": \"CVODE returned an error\"}");
        fflush(stdout);
        CVodeFree(&cvode);
        SUNLinSolFree(linear);
        SUNMatDestroy(J);
    }
    return 0;
}
