functions_gamma_values <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- gamma(X)
    f2 <- factorial(Y)
    f3 <- beta(Y, 2.5)
    f4 <- choose(10, Y)
    d/dt(state) <- -one*state
  })
}
