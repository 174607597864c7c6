switch_by_if <- function() {
  ini({
    on <- 3.3
    off <- 7.9
    k1 <- 0.1
    k2 <- 0.3
  })
  model({
    if (t > on && t < off) {
      k <- k2
    } else {
      k <- k1
    }
    d/dt(x) <- -k*x
  })
}
