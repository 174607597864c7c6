derivative_as_a_value <- function() {
  ini({
    k <- 0.25
  })
  model({
    d/dt(x) <- -k*x
    speed <- d/dt(x)
    d/dt(y) <- -2*d/dt(x) - k*y
    sum_ <- speed + d/dt(y)
  })
}
