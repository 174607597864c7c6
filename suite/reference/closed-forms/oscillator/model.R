oscillator <- function() {
  ini({
    w <- 2.0943951023931954923
  })
  model({
    x(0) <- 100
    d/dt(x) <- w*y
    d/dt(y) <- -w*x
  })
}
