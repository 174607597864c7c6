functions_normal <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- phi(X)
    f2 <- erf(X)
    f3 <- erfc(X)
    f4 <- pnorm(X, 1, 2)
    f5 <- probitInv(X)
    f6 <- probitInv(X, -2, 5)
    f7 <- normcdf(X)
    d/dt(state) <- -one*state
  })
}
