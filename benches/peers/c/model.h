/* W1 and W2 as a careful person writes them: what is constant for a subject is computed once, powers of 1.5 and 2 are
   roots and products. States and parameters are in the order of suite/reference/workloads/w2/model.R. */
#ifndef MODEL_H
#define MODEL_H

#include <math.h>
#include <string.h>

#define HILL 1.6
#define WM 0.25
#define KG 12.0
#define KP 2.0
#define GP 1.3
#define KB 0.35
#define GB 0.8
#define EM 4.0
#define B50_2 2.25
#define KS 0.025
#define Y0 32.0
#define IMAX 0.85
#define KY 0.02

enum { CONSTANTS = 17, MOST_STATES = 13 };

static inline int states_of(int workload) { return workload == 1 ? 5 : 13; }

static inline void initial(int workload, double *x) {
    memset(x, 0, sizeof(double) * states_of(workload));
    if (workload == 2) {
        for (int i = 6; i < 12; i++) x[i] = 1.0;
        x[12] = Y0;
    }
}

/* p: CL, V1, Q2, V2, Q3, V3, CLm, Vm, then for W2 ke0, EC50, SG, kM, kN, N50. */
static inline void constants(int workload, const double *p, double *k) {
    const double fm = 0.8, qm = 50.0, vpm = 100.0;
    double cl = p[0], v1 = p[1], q2 = p[2], v2 = p[3], q3 = p[4], v3 = p[5], clm = p[6], vm = p[7];
    k[0] = (cl + q2 + q3) / v1;
    k[1] = q2 / v1;
    k[2] = q2 / v2;
    k[3] = q3 / v1;
    k[4] = q3 / v3;
    k[5] = fm * cl / v1;
    k[6] = (clm + qm) / vm;
    k[7] = qm / vm;
    k[8] = qm / vpm;
    if (workload == 2) {
        k[9] = p[8];
        k[10] = p[8] / v1;
        k[11] = WM / vm;
        k[12] = pow(p[9], HILL);
        k[13] = p[10];
        k[14] = p[11];
        k[15] = p[12];
        k[16] = p[13];
    }
}

static inline void rhs_w1(const double *k, double rate, const double *x, double *dx) {
    dx[0] = rate - k[0] * x[0] + k[2] * x[1] + k[4] * x[2];
    dx[1] = k[1] * x[0] - k[2] * x[1];
    dx[2] = k[3] * x[0] - k[4] * x[2];
    dx[3] = k[5] * x[0] - k[6] * x[3] + k[8] * x[4];
    dx[4] = k[7] * x[3] - k[8] * x[4];
}

static inline void rhs_w2(const double *k, double rate, const double *x, double *dx) {
    double ce = x[5], g = x[6], p = x[7], b = x[8], m = x[9], s = x[10], n = x[11], y = x[12];
    double c = (ce > 0 ? ce : 0) + k[11] * (x[3] > 0 ? x[3] : 0);
    double hill = pow(c, HILL), b2 = b * b;
    rhs_w1(k, rate, x, dx);
    dx[5] = k[10] * x[0] - k[9] * ce;
    dx[6] = KG * (1.0 + k[13] * hill / (k[12] + hill) - g);
    dx[7] = KP * (pow(g, GP) - p);
    dx[8] = KB * (pow(p, GB) - b);
    dx[9] = k[14] * (1.0 + EM * (b2 / (B50_2 + b2) - 1.0 / (B50_2 + 1.0)) - m);
    dx[10] = KS * (m * sqrt(m) - s);
    dx[11] = k[15] * (s * s - n);
    dx[12] = KY * (Y0 * (1.0 - IMAX * (n - 1.0) / (k[16] + n - 1.0)) - y);
}

/* The Jacobian by columns of `rows` numbers; zeros are there already. */
#define AT(i, j) jacobian[(i) + (j) * rows]

static inline void jacobian_w1(const double *k, double *jacobian, int rows) {
    AT(0, 0) = -k[0];
    AT(0, 1) = k[2];
    AT(0, 2) = k[4];
    AT(1, 0) = k[1];
    AT(1, 1) = -k[2];
    AT(2, 0) = k[3];
    AT(2, 2) = -k[4];
    AT(3, 0) = k[5];
    AT(3, 3) = -k[6];
    AT(3, 4) = k[8];
    AT(4, 3) = k[7];
    AT(4, 4) = -k[8];
}

static inline void jacobian_w2(const double *k, const double *x, double *jacobian, int rows) {
    double ce = x[5], g = x[6], p = x[7], b = x[8], m = x[9], s = x[10], n = x[11];
    double c = (ce > 0 ? ce : 0) + k[11] * (x[3] > 0 ? x[3] : 0);
    double slope = c > 0 ? pow(c, HILL - 1.0) : 0.0;
    double sum = k[12] + slope * c, share = B50_2 + b * b, left = k[16] + n - 1.0;
    double by_c = KG * k[13] * HILL * slope * k[12] / (sum * sum);
    jacobian_w1(k, jacobian, rows);
    AT(5, 0) = k[10];
    AT(5, 5) = -k[9];
    AT(6, 5) = ce > 0 ? by_c : 0.0;
    AT(6, 3) = x[3] > 0 ? by_c * k[11] : 0.0;
    AT(6, 6) = -KG;
    AT(7, 6) = KP * GP * pow(g, GP - 1.0);
    AT(7, 7) = -KP;
    AT(8, 7) = KB * GB * pow(p, GB - 1.0);
    AT(8, 8) = -KB;
    AT(9, 8) = k[14] * EM * 2.0 * b * B50_2 / (share * share);
    AT(9, 9) = -k[14];
    AT(10, 9) = KS * 1.5 * sqrt(m);
    AT(10, 10) = -KS;
    AT(11, 10) = k[15] * 2.0 * s;
    AT(11, 11) = -k[15];
    AT(12, 11) = -KY * Y0 * IMAX * k[16] / (left * left);
    AT(12, 12) = -KY;
}

#endif
