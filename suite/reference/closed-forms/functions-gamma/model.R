functions_gamma <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- lgamma(X)
    f2 <- lgamma1p(Y)
    f3 <- digamma(X)
    f4 <- lbeta(X, Y)
    f5 <- lchoose(X + Y, Y)
    f6 <- lfactorial(Y)
    d/dt(state) <- -one*state
  })
}
