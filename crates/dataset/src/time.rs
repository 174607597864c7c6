//! Times as NONMEM writes them: numbers, clock times and dates.

use euthymia_document::Cell;

use crate::cell::{not_a_number, parse, shown, text};
use crate::problems::Problems;

/// In which order a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateOrder {
    /// `DATE`.
    MonthDayYear,
    /// `DAT1`.
    DayMonthYear,
    /// `DAT2`.
    YearMonthDay,
    /// `DAT3`.
    YearDayMonth,
}

impl DateOrder {
    /// Every order.
    pub(crate) const ALL: [Self; 4] = [
        Self::MonthDayYear,
        Self::DayMonthYear,
        Self::YearMonthDay,
        Self::YearDayMonth,
    ];

    /// The column of dates in this order.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::MonthDayYear => "DATE",
            Self::DayMonthYear => "DAT1",
            Self::YearMonthDay => "DAT2",
            Self::YearDayMonth => "DAT3",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::MonthDayYear => "month/day/year such as 3/15/2024",
            Self::DayMonthYear => "day/month/year such as 15/3/2024",
            Self::YearMonthDay => "year/month/day such as 2024/3/15",
            Self::YearDayMonth => "year/day/month such as 2024/15/3",
        }
    }
}

/// Hours of a clock time (`h:mm` or `h:mm:ss`) or a plain number.
pub(crate) fn clock(text: &str) -> Option<f64> {
    let Some((hours, minutes)) = text.split_once(':') else {
        return parse(text);
    };
    let (minutes, seconds) = minutes.split_once(':').unwrap_or((minutes, "0"));
    let digits = |text: &str| {
        let plain = !text.is_empty() && text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (hours, minutes, seconds) = (digits(hours)?, digits(minutes)?, digits(seconds)?);
    (minutes < 60 && seconds < 60)
        .then(|| f64::from(hours) + (f64::from(minutes) + f64::from(seconds) / 60.0) / 60.0)
}

/// The hours in a cell of times. `None` after a report.
pub(crate) fn hours(cell: &Cell<'_>, column: &str, problems: &mut Problems<'_>) -> Option<f64> {
    let text = text(cell)?;
    let value = clock(text);
    if value.is_none() {
        let dated = text.contains('/') || text.matches('-').count() > 1;
        if dated {
            let message = format!("`{}` in `{column}` holds a date", shown(cell));
            let help = "write the date into a column of its own: `DATE` (month/day/year), `DAT1` (day/month/year) or `DAT2` (year/month/day)";
            problems.error("N025", cell.span, message, "expected a number or h:mm", help);
        } else if text.contains(':') {
            let message = format!("`{}` in `{column}` is no clock time", shown(cell));
            let help = "write hours and two digits of minutes, such as 8:05";
            problems.error("N025", cell.span, message, "expected h:mm", help);
        } else {
            not_a_number(cell, column, problems);
        }
    }
    value
}

/// The day in a cell of dates, counted from any fixed day. `None` after a report.
pub(crate) fn day(cell: &Cell<'_>, order: DateOrder, problems: &mut Problems<'_>) -> Option<f64> {
    let label = format!("expected {}", order.example());
    let Some(written) = text(cell) else {
        let message = format!("`{}` is blank", order.column());
        let help = "write the day of the record; a blank is not the day before";
        problems.error("N008", cell.span, message, label, help);
        return None;
    };
    let value = days(written, order);
    if value.is_none() {
        let message = format!("`{}` is no date", shown(cell));
        let mut others = DateOrder::ALL.into_iter();
        let help = match others.find(|other| days(written, *other).is_some()) {
            Some(order) => format!("for {} name the column `{}`", order.example(), order.column()),
            None => "write all three parts with `/` or `-`, or one whole number of days".to_owned(),
        };
        problems.error("N025", cell.span, message, label, help);
    }
    value
}

fn days(text: &str, order: DateOrder) -> Option<f64> {
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    if parts.len() == 1 {
        return parse(text).filter(|day| day.fract() == 0.0);
    }
    let numbers: Option<Vec<i32>> = parts
        .iter()
        .map(|part| {
            let plain = !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        })
        .collect();
    let &[a, b, c] = numbers?.as_slice() else {
        return None;
    };
    let (year, month, day, written) = match order {
        DateOrder::MonthDayYear => (c, a, b, parts[2]),
        DateOrder::DayMonthYear => (c, b, a, parts[2]),
        DateOrder::YearMonthDay => (a, b, c, parts[0]),
        DateOrder::YearDayMonth => (a, c, b, parts[0]),
    };
    // Two digits are a year from 1951 to 2050, as NONMEM has it unless told otherwise.
    let year = match (written.len(), year) {
        (1 | 2, 51..) => year + 1900,
        (1 | 2, _) => year + 2000,
        (4, _) => year,
        _ => return None,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years that begin in March put the leap day last.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let before = 365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400);
    Some(f64::from(before + (153 * m + 2) / 5 + day - 1))
}

#[cfg(test)]
mod tests {
    use super::{DateOrder, clock, days};

    #[test]
    fn clock_times_are_hours() {
        assert_eq!(clock("8:00"), Some(8.0));
        assert_eq!(clock("14:45"), Some(14.75));
        assert_eq!(clock("1:30"), Some(1.5));
        assert_eq!(clock("14.75"), Some(14.75));
        for wrong in ["8:60", ":30", "8:", "a:b", "8:00:00:00", "-1:00", "inf"] {
            assert_eq!(clock(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_count_days_over_months_leap_years_and_centuries() {
        let order = DateOrder::YearMonthDay;
        let between = |a, b| days(b, order).zip(days(a, order)).map(|(b, a)| b - a);
        assert_eq!(between("2024/2/28", "2024/3/1"), Some(2.0));
        assert_eq!(between("2023-02-28", "2023-03-01"), Some(1.0));
        assert_eq!(between("1900/1/1", "2000/1/1"), Some(36524.0));
        assert_eq!(between("99/12/31", "00/1/1"), Some(1.0));
        assert_eq!(
            days("3/15/24", DateOrder::MonthDayYear),
            days("15/3/24", DateOrder::DayMonthYear)
        );
        assert_eq!(days("24/15/3", DateOrder::YearDayMonth), days("24/3/15", order));
        for wrong in ["2023/2/29", "2024/13/1", "3/15", "1/2/3/4", "2024/0/1", "124/1/1"] {
            assert_eq!(days(wrong, order), None, "{wrong}");
        }
    }
}
