functions_trigonometric <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- sin(X)
    f2 <- cos(X)
    f3 <- tan(X)
    f4 <- asin(Y)
    f5 <- acos(Y)
    f6 <- atan(X)
    f7 <- atan2(X, Y)
    d/dt(state) <- -one*state
  })
}
