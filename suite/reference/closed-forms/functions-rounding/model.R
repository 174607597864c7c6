functions_rounding <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- floor(X)
    f2 <- ceil(X)
    f3 <- round(X)
    f4 <- trunc(X)
    f5 <- sign(X)
    f6 <- abs(X)
    f7 <- min(X, Y, 1)
    f8 <- max(X, Y, 1)
    d/dt(state) <- -one*state
  })
}
