gompertz_and_logistic_growth <- function() {
  ini({
    g <- 0.3
    cap <- 50
    n0 <- 2
  })
  model({
    a(0) <- n0
    b(0) <- n0
    d/dt(a) <- g*a*(1 - a/cap)
    d/dt(b) <- g*b*log(cap/b)
  })
}
