operator_remainder <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- X %% Y
    f2 <- -X %% Y
    f3 <- 2 + X %% Y * 2
    d/dt(state) <- -one*state
  })
}
