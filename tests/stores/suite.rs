//! Every law for every store.

use crate::own_process;
use crate::subject::Subject;
use crate::subjects::{double, hdfs, local, memory, s3_server};

fn hold(test: &str, variables: &[(&str, String)], open: fn() -> Box<dyn Subject>, law: fn(&dyn Subject)) {
    // Only keys of AWS have to be in the environment.
    if variables.is_empty() || own_process::is_this(test, variables) {
        law(&*open());
    }
}

/// A test for each law. The name of a test is that of the store and that of the law.
macro_rules! suite {
    ($(#[$attribute:meta])* $subject:ident, $open:path, $variables:expr) => {
        suite! {
            $(#[$attribute])* $subject, $open, $variables,
            listing: a_directory_of_several_pages_is_shown_whole
                a_directory_of_many_directories_is_shown_whole
                a_listing_goes_one_level_deep_and_one_below_all_the_way
                names_that_begin_alike_are_not_mixed_up
                names_around_the_slash_are_all_shown
                an_empty_directory_is_there_and_has_nothing
                the_root_of_the_store_can_be_listed
                length_and_time_of_a_file_are_the_same_however_asked;
            names: odd_names_are_kept_as_they_are
                files_with_odd_names_are_deleted_and_no_others
                files_with_odd_names_are_created
                directories_with_odd_names_are_listed
                long_names_are_kept;
            nothing_there: what_is_not_there_is_not_found
                a_file_is_no_directory
                a_directory_is_no_file
                files_that_vanish_after_they_were_listed_are_not_found;
            reading: a_range_is_read_from_its_start_to_its_end
                an_empty_file_has_no_bytes_and_is_there
                a_large_file_is_read_in_parts
                bytes_of_every_value_are_kept;
            deleting: answers_come_in_the_order_of_the_question
                more_files_than_a_batch_holds_are_deleted
                a_directory_is_not_deleted_as_a_file
                a_directory_is_removed_only_when_it_is_empty
                what_is_there_is_not_created_again
                of_many_who_create_a_file_one_succeeds;
        }
    };
    ($(#[$attribute:meta])* $subject:ident, $open:path, $variables:expr, $($group:ident: $($law:ident)+;)+) => {
        mod $subject {
            use super::*;

            suite!(@tests [$(#[$attribute])*] $open, $variables, $($group: $($law)+;)+);
        }
    };
    (@tests $attributes:tt $open:path, $variables:expr, $($group:ident: $($law:ident)+;)+) => {
        $($(suite!(@test $attributes $open, $variables, $group, $law);)+)+
    };
    (@test [$(#[$attribute:meta])*] $open:path, $variables:expr, $group:ident, $law:ident) => {
        $(#[$attribute])*
        #[test]
        fn $law() {
            let test = concat!(module_path!(), "::", stringify!($law));
            hold(test, &$variables, $open, crate::laws::$group::$law);
        }
    };
}

suite!(local_disk, local::open, []);
suite!(memory_with_keys, memory::keys, []);
suite!(memory_with_directories, memory::directories, []);
suite!(double_as_s3, double::s3, []);
suite!(double_as_cos, double::cos, []);
suite!(double_as_oss, double::oss, []);
suite!(
    #[ignore = "needs an S3 server: tests/run"]
    versitygw,
    s3_server::versitygw,
    s3_server::versitygw_keys()
);
suite!(
    #[ignore = "needs an S3 server with odd keys: tests/run"]
    moto,
    s3_server::odd,
    s3_server::odd_keys()
);
suite!(
    #[ignore = "needs HDFS: tests/run"]
    hadoop,
    hdfs::open,
    []
);
