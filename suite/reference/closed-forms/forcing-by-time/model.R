forcing_by_time <- function() {
  ini({
    a <- 4
    b <- 0.6
    k <- 0.3
  })
  model({
    x(0) <- 5
    d/dt(x) <- a*(1 + b*sin(2*pi*time/24)) - k*x
  })
}
