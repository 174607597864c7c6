functions_polygamma_and_sums_of_logarithms <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- trigamma(X)
    f2 <- digamma(X + 1)
    f3 <- logspace_add(X, Y)
    f4 <- logspace_sub(X + Y, Y)
    f5 <- fsign(X, -Y)
    f6 <- fmax2(X, Y)
    f7 <- fmin2(X, Y)
    f8 <- invLogit(Y, -1, 3)
    f9 <- loggamma(X)
    d/dt(state) <- -one*state
  })
}
