variables_that_change_their_value <- function() {
  ini({
    a <- 2
  })
  model({
    y <- a
    y <- y*3
    z <- y + 1
    y <- y - 1
    d/dt(x) <- -0.1*y*x
  })
}
