# The conversation of an R peer with `benches/compare`: arguments METHOD WORKLOAD SOLUTION SECONDS REPEATS, then for every line
# `rtol atol` on standard input one line of JSON. `benches/peers/compare/driver.py` says what is exchanged.

CHECKED <- 8L
STATES <- c("A1", "A2", "A3", "M1", "M2", "Ce", "G", "P", "B", "M", "S", "N", "Y")

script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
here <- dirname(normalizePath(script))
arguments <- commandArgs(TRUE)

read_workload <- function(path) {
  numbers <- scan(path, quiet = TRUE)
  size <- as.integer(numbers[1:5])
  w <- list(number = size[1])
  at <- 5L
  take <- function(count) {
    taken <- numbers[at + seq_len(count)]
    at <<- at + count
    taken
  }
  w$times <- take(size[4])
  w$doses <- matrix(take(3L * size[5]), ncol = 3, byrow = TRUE, dimnames = list(NULL, c("time", "amount", "rate")))
  w$parameters <- matrix(take(size[2] * size[3]), ncol = size[2], byrow = TRUE)
  colnames(w$parameters) <- c("CL", "V1", "Q2", "V2", "Q3", "V3", "CLm", "Vm", "ke0", "EC50", "SG", "kM", "kN", "N50")[seq_len(size[2])]
  w$states <- if (w$number == 1L) STATES[1:5] else STATES
  w$initial <- c(numeric(5), if (w$number == 2L) c(0, rep(1, 6), 32))
  w
}

workload <- read_workload(arguments[2])

processor_seconds <- function() sum(proc.time()[1:2])

# `solve(rtol, atol, subjects)` gives, for some rows of the parameters, what `states_of(result, i)` turns into the matrix
# times x states of the i-th. `batch` is how many subjects the peer likes to be given at once. `calls()` is the number of
# right-hand sides so far, where the peer tells.
serve <- function(solve, states_of, batch = 1L, calls = function() NA) {
  run <- function(rtol, atol, count) {
    who <- (seq_len(count) - 1L) %% nrow(workload$parameters) + 1L
    for (some in split(who, (seq_len(count) - 1L) %/% batch)) solve(rtol, atol, some)
  }
  point <- function(rtol, atol) {
    solve(rtol, atol, 1L)
    started <- processor_seconds()
    result <- solve(rtol, atol, seq_len(CHECKED))
    each <- max(processor_seconds() - started, 1e-3) / CHECKED
    file <- file(arguments[3], "wb")
    for (i in seq_len(CHECKED)) writeBin(as.vector(t(states_of(result, i))), file)
    close(file)
    count <- max(CHECKED, floor(as.numeric(arguments[4]) / each))
    best <- Inf
    for (i in seq_len(as.integer(arguments[5]))) {
      before <- calls()
      started <- processor_seconds()
      run(rtol, atol, count)
      best <- min(best, processor_seconds() - started)
      told <- (calls() - before) / count
    }
    sprintf('{"subjects": %d, "seconds": %.6g, "right_hand_sides": %s, "steps": null}',
            as.integer(count), best, if (is.na(told)) "null" else sprintf("%.6g", told))
  }
  input <- file("stdin", "r")
  while (length(line <- readLines(input, 1L)) == 1L) {
    tolerance <- as.numeric(strsplit(line, " ")[[1]])
    answer <- tryCatch(point(tolerance[1], tolerance[2]), error = function(problem) {
      words <- gsub('["\\\\[:cntrl:]]', " ", conditionMessage(problem))
      sprintf('{"failed": "%s"}', words)
    })
    cat(answer, "\n", sep = "")
    flush(stdout())
  }
}
