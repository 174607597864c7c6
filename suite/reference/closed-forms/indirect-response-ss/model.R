indirect_response_ss <- function() {
  ini({
    ka <- 0.8
    k <- 0.2
    kin <- 10
    kout <- 0.25
    imax <- 0.9
    ic50 <- 2
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    r(0) <- kin/kout
    d/dt(r) <- kin*(1 - imax*central/(ic50 + central)) - kout*r
  })
}
