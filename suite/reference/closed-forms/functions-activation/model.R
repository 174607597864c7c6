functions_activation <- function() {
  ini({
    one <- 1
  })
  model({
    f1 <- ReLU(X)
    f2 <- lReLU(X)
    f3 <- PReLU(X, 0.25)
    f4 <- ELU(X, 1.5)
    f5 <- Swish(X)
    f6 <- GELU(X)
    f7 <- softplus(X)
    d/dt(state) <- -one*state
  })
}
