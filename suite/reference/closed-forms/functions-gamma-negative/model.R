functions_gamma_negative <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- gamma(X)
    f2 <- lgamma(X)
    d/dt(state) <- -one*state
  })
}
