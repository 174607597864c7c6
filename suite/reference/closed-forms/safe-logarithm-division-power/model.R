safe_logarithm_division_power <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- log(X)
    f2 <- 1/X
    f3 <- X^-Y
    d/dt(state) <- -one*state
  })
}
