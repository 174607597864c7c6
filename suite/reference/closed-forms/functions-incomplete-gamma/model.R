functions_incomplete_gamma <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- gammap(X, Y)
    f2 <- gammaq(X, Y)
    f3 <- lowergamma(X, Y)
    f4 <- uppergamma(X, Y)
    f5 <- gammapDer(X, Y)
    d/dt(state) <- -one*state
  })
}
