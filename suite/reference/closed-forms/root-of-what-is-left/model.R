root_of_what_is_left <- function() {
  ini({
    k <- 2
  })
  model({
    x(0) <- 100
    d/dt(x) <- -k*sqrt(x)
  })
}
