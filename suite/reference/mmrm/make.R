# Two made-up trials of three arms and four visits, complete and with missing ratings, fitted by nlme::gls (REML, unstructured covariance).
# Rscript make.R writes data.csv and answers.csv beside it.
library(nlme)
set.seed(20)
n <- 120
arm <- rep(0:2, length.out = n)
baseline <- round(rnorm(n, 33, 6))
chol4 <- chol(outer(1:4, 1:4, function(i, j) 60 * 0.75^abs(i - j) * sqrt(i * j) / 2.5))
slope <- c(-4, -5, -6, -6)
effect <- rbind(0, c(-3, -3, -2, -2), c(-5, -6, -6, -5))
change <- t(sapply(1:n, function(i) slope + effect[arm[i] + 1, ] - 0.3 * (baseline[i] - 33) + drop(rnorm(4) %*% chol4)))
missing <- change
for (i in 1:n) {
  gone <- sample(1:5, 1, prob = c(0.05, 0.05, 0.08, 0.12, 0.7))
  if (gone <= 4) missing[i, gone:4] <- NA
  if (runif(1) < 0.08) missing[i, 2] <- NA
}
rows <- data.frame(id = 1:n, arm, baseline, change, missing)
names(rows) <- c("id", "arm", "baseline", paste0("complete", 1:4), paste0("missing", 1:4))
write.csv(rows, "data.csv", row.names = FALSE, na = "", quote = FALSE)
answers <- NULL
for (set in c("complete", "missing")) {
  values <- rows[, paste0(set, 1:4)]
  long <- data.frame(
    id = factor(rep(rows$id, each = 4)), arm = factor(rep(rows$arm, each = 4)), baseline = rep(rows$baseline - mean(rows$baseline), each = 4),
    visit = rep(1:4, n), y = as.vector(t(as.matrix(values)))
  )
  long$at <- factor(long$visit)
  long <- long[!is.na(long$y), ]
  fit <- gls(y ~ at:arm + at:baseline - 1, long,
    correlation = corSymm(form = ~ visit | id), weights = varIdent(form = ~ 1 | at), method = "REML",
    control = glsControl(tolerance = 1e-10, msTol = 1e-12, maxIter = 500, msMaxIter = 1000)
  )
  b <- coef(fit)
  v <- fit$varBeta
  for (visit in 1:4) for (arm in 1:2) {
    one <- paste0("at", visit, ":arm", arm)
    other <- paste0("at", visit, ":arm0")
    answers <- rbind(answers, data.frame(
      set, visit, arm, estimate = b[[one]] - b[[other]],
      se = sqrt(v[one, one] + v[other, other] - 2 * v[one, other])
    ))
  }
}
write.csv(answers, "answers.csv", row.names = FALSE, quote = FALSE)
