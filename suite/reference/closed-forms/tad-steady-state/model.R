tad_steady_state <- function() {
  ini({
    k <- 0.5
  })
  model({
    d/dt(x) <- -k*x
    ago <- tad()
    last_at <- tlast()
    size <- dose()
  })
}
