switch_else_if_chain <- function() {
  ini({
    k <- 0.5
  })
  model({
    if (t <= 4) {
      r <- 2
    } else if (t <= 6) {
      r <- 2 + 1.5*(t - 4)
    } else {
      r <- 0
    }
    d/dt(x) <- r - k*x
  })
}
