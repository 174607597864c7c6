tad_in_equations_lag_addl <- function() {
  ini({
    k1 <- 0.4
    k2 <- 0.1
  })
  model({
    k <- k2
    if (tad0(x) < 2 && dosenum() > 0) {
      k <- k1
    }
    d/dt(x) <- -k*x
    alag(x) <- 1.5
  })
}
