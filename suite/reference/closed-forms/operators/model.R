operators <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- -X^2
    f2 <- X^-1
    f3 <- X**3
    f4 <- X - Y - 1
    f5 <- X/Y/2
    f6 <- X/Y*2
    f7 <- -X*-Y
    f8 <- (X > Y) + 2*(X == Y) + 4*(X <= Y)
    f9 <- (X > 0 || Y > 0 && X > Y)
    f10 <- X^2*Y + X*Y^2/2
    f11 <- pow(Y, X)
    f12 <- 1e-3*X + .5 + 2.E1
    d/dt(state) <- -one*state
  })
}
