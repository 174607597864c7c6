functions_hyperbolic <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- sinh(X)
    f2 <- cosh(X)
    f3 <- tanh(X)
    f4 <- asinh(X)
    f5 <- acosh(1 + Y)
    f6 <- atanh(Y)
    d/dt(state) <- -one*state
  })
}
