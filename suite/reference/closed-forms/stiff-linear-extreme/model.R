stiff_linear_extreme <- function() {
  ini({
    fast <- 1e8
    slow <- 1e-3
  })
  model({
    d/dt(a) <- fast*(b - a)
    d/dt(b) <- fast*(a - b) - slow*b
    d/dt(c) <- slow*b - slow/2*c
  })
}
