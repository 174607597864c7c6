tad_in_equations <- function() {
  ini({
    k1 <- 0.4
    k2 <- 0.1
  })
  model({
    if (tad() < 2) {
      k <- k1
    } else {
      k <- k2
    }
    d/dt(x) <- -k*x
  })
}
