switch_by_mtime <- function() {
  ini({
    start <- 3.3
    span <- 4.6
    k1 <- 0.1
    k2 <- 0.3
  })
  model({
    mtime(on) <- start
    mtime(off) <- start + span
    k <- k1 + (k2 - k1)*(t >= on)*(t < off)
    d/dt(x) <- -k*x
  })
}
