# A made-up choice between three options under four unknowns, and what knowing them is worth by the regressions of Strong, Oakley and
# Brennan 2014 with mgcv::gam. Rscript make.R writes data.csv and answers.csv beside it.
library(mgcv)
set.seed(8)
n <- 1000
effect <- rnorm(n, 0.1, 0.06)
relapse <- rbeta(n, 6, 14)
cost <- rlnorm(n, log(4000), 0.3)
utility <- rnorm(n, 0.6, 0.05)
noise <- rnorm(n, 0, 800)
first <- rep(0, n)
second <- 50000 * effect * (1 - relapse) - 0.6 * cost + noise
third <- 60000 * (effect - 0.2 * (relapse - 0.3)^2) * utility / 0.6 - cost
data <- signif(data.frame(effect, relapse, cost, utility, first, second, third), 10)
write.csv(data, "data.csv", row.names = FALSE, quote = FALSE)
value <- function(formula) {
  fit <- function(option) fitted(gam(as.formula(paste(option, "-first ~", formula)), data = data, method = "REML"))
  curves <- cbind(0, fit("second"), fit("third"))
  mean(apply(curves, 1, max)) - max(colMeans(curves))
}
one <- c("effect", "relapse", "cost", "utility")
answers <- data.frame(parameters = one, value = sapply(paste0("s(", one, ")"), value))
for (pair in list(c("effect", "relapse"), c("effect", "cost"), c("relapse", "cost"))) {
  answers <- rbind(answers, data.frame(parameters = paste(pair, collapse = "+"), value = value(sprintf("te(%s, %s)", pair[1], pair[2]))))
}
net <- as.matrix(data[, 5:7])
answers <- rbind(answers, data.frame(parameters = "everything", value = mean(apply(net, 1, max)) - max(colMeans(net))))
answers$value <- signif(answers$value, 10)
write.csv(answers, "answers.csv", row.names = FALSE, quote = FALSE)
