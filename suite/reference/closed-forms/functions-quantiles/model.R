functions_quantiles <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- probit(X)
    f2 <- qnorm(X, 3, 2)
    f3 <- logit(X)
    f4 <- logit(Y, -2, 6)
    f5 <- probit(Y, -2, 6)
    f6 <- expit(Y, -2, 6)
    d/dt(state) <- -one*state
  })
}
