//! From a place to the store it is in.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::cloud::CloudStorage;
use super::hadoop_conf::HadoopConf;
use super::hdfs::{self, HdfsStorage};
use super::s3::{Flavour, S3Storage};
use super::{DeletingStorage, Error, ErrorKind, LocalStorage, Requests, Storage, StorageSettings};
use crate::uri::StorageUri;

/// The stores of a process. Each is opened once, however many places are in it.
pub struct Stores {
    settings: StorageSettings,
    hadoop_conf: Option<HadoopConf>,
    requests: Arc<Requests>,
    opened: Mutex<HashMap<StoreIdentity, Arc<dyn DeletingStorage>>>,
}

/// The scheme that stands for its aliases, and the authority where each has a store of its own.
type StoreIdentity = (String, Option<String>);

impl Stores {
    /// Stores that are reached as the settings say. Nothing is asked of them yet; the configuration of Hadoop is read.
    pub fn new(settings: StorageSettings) -> io::Result<Self> {
        let hadoop_conf = settings.hadoop_conf_dir.as_deref().map(HadoopConf::read).transpose()?;
        Ok(Self { settings, hadoop_conf, requests: Arc::default(), opened: Mutex::default() })
    }

    /// The same, where a place and all that is in the same store with it is in the given one: for tests, and for programs that bring a
    /// store of their own.
    #[must_use]
    pub fn with(self, place: &StorageUri, storage: Arc<dyn DeletingStorage>) -> Self {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).insert(identity(place), storage);
        self
    }

    /// The store that a place is in, for reading.
    pub fn open(&self, place: &StorageUri) -> Result<Arc<dyn Storage>, Error> {
        self.opened(place).map(|storage| storage as _)
    }

    /// The store that a place is in, for those commands whose purpose it is to delete.
    pub fn open_for_deletion(&self, place: &StorageUri) -> Result<Arc<dyn DeletingStorage>, Error> {
        self.opened(place)
    }

    /// The one name that a place has among those that the configuration of Hadoop gives it: name nodes by their name service,
    /// `hdfs:///` by `fs.defaultFS`, viewfs by what is mounted. Nothing is looked up for it.
    #[must_use]
    pub fn canonical(&self, place: &StorageUri) -> StorageUri {
        hdfs::canonical(place, self.hadoop_conf.as_ref())
    }

    /// What was asked of all of them so far.
    #[must_use]
    pub fn requests(&self) -> &Requests {
        &self.requests
    }

    fn opened(&self, place: &StorageUri) -> Result<Arc<dyn DeletingStorage>, Error> {
        let identity = identity(place);
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(storage) = opened.get(&identity) {
            return Ok(Arc::clone(storage));
        }
        let storage = self.connect(place)?;
        opened.insert(identity, Arc::clone(&storage));
        Ok(storage)
    }

    fn s3(&self, flavour: Flavour) -> Arc<dyn DeletingStorage> {
        Arc::new(S3Storage::new(flavour, &self.settings, self.hadoop_conf.as_ref(), &self.requests))
    }

    fn connect(&self, place: &StorageUri) -> Result<Arc<dyn DeletingStorage>, Error> {
        match place.store() {
            StorageUri::LOCAL if place.authority().is_none() => {
                Ok(Arc::new(LocalStorage::new(Arc::clone(&self.requests))))
            }
            "s3" => Ok(self.s3(Flavour::S3)),
            "cos" => Ok(self.s3(Flavour::Cos)),
            "oss" => Ok(self.s3(Flavour::Oss)),
            "gs" => Ok(Arc::new(CloudStorage::google(place, &self.settings, &self.requests)?)),
            "abfs" => Ok(Arc::new(CloudStorage::azure(place, &self.settings, &self.requests)?)),
            hdfs::HDFS | hdfs::VIEWFS => {
                let storage = HdfsStorage::new(place, &self.settings, self.hadoop_conf.as_ref(), &self.requests)?;
                Ok(Arc::new(storage))
            }
            _ => Err(Error::new("open", place, ErrorKind::NotSupported)),
        }
    }
}

/// One client for all buckets of a store: they share its connections and its bound.
fn identity(place: &StorageUri) -> StoreIdentity {
    let has_buckets = matches!(place.store(), "s3" | "cos" | "oss");
    let authority = place.authority().filter(|_| !has_buckets);
    (place.store().to_owned(), authority.map(str::to_owned))
}
