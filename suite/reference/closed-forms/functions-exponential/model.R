functions_exponential <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- exp(X)
    f2 <- expm1(X)
    f3 <- log1p(Y)
    f4 <- log(1 + Y^2)
    f5 <- log10(exp(X))
    f6 <- log2(2 + Y)
    f7 <- expit(X)
    f8 <- softplus(X)
    f9 <- sqrt(X*X + 1)
    d/dt(state) <- -one*state
  })
}
